"""Pages, by who opens them: routes and forms. Nothing but the composition root imports them."""
