"""Whether a rule file is right: labelled pictures in, figures, blame and changes out."""
