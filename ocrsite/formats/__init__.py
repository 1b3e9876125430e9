"""How dates are written where Django's own way of a language is read in two ways."""
