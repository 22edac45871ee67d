package store

// MigrateTags exports migrateTags to test the migration of existing rows.
var MigrateTags = migrateTags
