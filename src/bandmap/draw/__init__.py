"""All drawing: arrays and plain rows in, matplotlib figures out; `style.save` writes them whole."""
