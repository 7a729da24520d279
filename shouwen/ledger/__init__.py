"""账簿: points, fines, fees, payments. Entries are only ever added; a mistake is taken back by an entry of its own."""
