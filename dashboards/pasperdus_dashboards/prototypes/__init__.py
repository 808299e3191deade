"""The pages *Prototypes*: the register of trials, from the idea to what came of it."""
