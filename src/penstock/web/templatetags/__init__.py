"""What the templates of the control room are written with."""
