"""Carbon consequences of forest measures: yields per mu by unit, measure and year."""
