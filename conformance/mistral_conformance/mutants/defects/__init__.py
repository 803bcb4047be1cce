"""The seeded defects, a module for each part of the API; importing a module registers its own."""
