"""The twin as a device: cuffs behind Modbus, in real time."""
