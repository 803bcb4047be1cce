"""Libraries, their documents, and who may see and change them."""
