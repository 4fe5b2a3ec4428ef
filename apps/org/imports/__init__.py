"""Import of units, people and posts from one workbook: `workbook` reads it, `plan` says what it would do, `merge` does it."""
