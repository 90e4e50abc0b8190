"""What an agreement says: its schedule of reports, its source data, and the context its document is written from."""
