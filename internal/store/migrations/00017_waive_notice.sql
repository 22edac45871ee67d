-- An administrator can waive the minimum notice, too.

-- +goose Up
ALTER TABLE waivers DROP CONSTRAINT waivers_rule;
ALTER TABLE waivers ADD CONSTRAINT waivers_rule CHECK (rule IN ('LIMIT', 'GRADES', 'PAIR', 'NOTICE'));
