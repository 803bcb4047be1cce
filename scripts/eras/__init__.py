"""Since when and until when the API has each of its parts, computed from the kept facts."""
