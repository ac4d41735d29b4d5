"""Money: prices, packages, invoices and payments; what a course costs and what it is worth."""
