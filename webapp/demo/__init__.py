"""The fictional demonstration (`domain.md` §7): real places, invented content, made by the product's own use cases."""
