"""Files coming in and going out: by form, by the tus protocol, and to those whose they are."""
