# The name of the machine.
hostname hurt
