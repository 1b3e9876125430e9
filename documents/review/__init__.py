"""What a person has to look at: flags and the rules that set them, disputes, corrections."""
