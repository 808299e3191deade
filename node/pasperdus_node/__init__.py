"""The Raspberry Pi at the entrance, in the waiting room and on the lectern."""
