"""People: a limb from sex, height, weight, girths, fat and condition."""
