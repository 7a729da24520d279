"""表单: papers of one matter, registers of many and papers of figures, as they are printed."""
