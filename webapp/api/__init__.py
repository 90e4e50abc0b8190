"""What a program may read: the same objects as the pages, with codes beside the words (docs/api.md)."""
