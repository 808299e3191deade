"""A simulated node beside this collector, for whoever tries Pas perdus without a Raspberry Pi."""

NODE = "demonstration"
