"""Word templates of a programme: uploaded, checked, previewed, compared, put into use by a second person, retired."""
