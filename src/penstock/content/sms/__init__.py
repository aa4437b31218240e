"""Short messages: text to parts as they go over the air, what makes them long, who they are from, and their compiled form. Pure."""
