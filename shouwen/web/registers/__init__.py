"""台账: what packs keep registers of: lists, the page of one record, acts, lists taken in and out."""
