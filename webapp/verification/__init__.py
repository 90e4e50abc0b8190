"""The public door for checking a document: by its file, or by the address and QR code that it carries."""
