"""IAM's policy language, as far as this project uses it: deny by default, an explicit deny wins."""
