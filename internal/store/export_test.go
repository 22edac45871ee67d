package store

// MigrateTags is the migration of the tags, for a test on rows that are there.
var MigrateTags = migrateTags
