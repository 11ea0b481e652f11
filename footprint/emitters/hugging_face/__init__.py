"""A Hugging Face model card: front matter and a section of its body."""
