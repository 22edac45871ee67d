// Package school reads the school's tables through GORM, as most would write it.
package school

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Tables.
type (
	BookingPolicy struct {
		InterviewLimit        int
		MinimumGradeExclusive int
		GradeWindow           int
		MinimumNoticeSeconds  int
	}
	Student struct {
		ID             int
		Name           string
		Email          string
		InterviewLimit *int
		Interviews     []Interview
	}
	Interview struct {
		ID            int
		StudentID     int
		InterviewerID int
		StartsAt      time.Time
		EndsAt        time.Time
		Status        string
		Grade         *int
	}
	Interviewer struct {
		ID       int
		Name     string
		Email    string
		TimeZone string
		Active   bool
	}
	Slot struct {
		ID            int
		InterviewerID int
		Interviewer   *Interviewer
		Start         time.Time `gorm:"column:starts_at"`
		End           time.Time `gorm:"column:ends_at"`
		Status        string
		HeldUntil     *time.Time
		FullUntil     *time.Time
	}
)

// TableName returns the name in the singular; GORM would expect the plural.
func (BookingPolicy) TableName() string { return "booking_policy" }

// School answers questions as of its clock.
type School struct {
	DB      *gorm.DB
	Now     func() time.Time
	Preload bool // of the interviewers of slots
}

// AvailableSlots returns the slots in [start, end] that the student may book, by
// start. It assumes that the student has no waivers and holds no slot.
func (s School) AvailableSlots(ctx context.Context, student int, start, end time.Time, first int) ([]*Slot, error) {
	now := s.Now()
	db := s.DB.WithContext(ctx)
	var policy BookingPolicy
	if err := db.Take(&policy).Error; err != nil {
		return nil, err
	}
	var who Student
	err := db.Preload("Interviews", func(db *gorm.DB) *gorm.DB {
		return db.Where("status <> 'CANCELLED'").Order("starts_at DESC, id DESC")
	}).Take(&who, student).Error
	if err != nil {
		return nil, err
	}
	standing := judge(policy, who)
	if !standing.eligible {
		return []*Slot{}, nil
	}
	if soonest := now.Add(max(time.Duration(policy.MinimumNoticeSeconds)*time.Second, time.Microsecond)); soonest.After(start) {
		start = soonest
	}
	// The first two conditions are the index's.
	query := db.Where("status = 'OPEN'").Where("full_until IS NULL OR full_until < '9999-12-31T00:00:00Z'").
		Where("starts_at >= ? AND starts_at < ? AND ends_at <= ?", start, end, end).
		Where("held_until IS NULL OR held_until <= ?", now).Where("full_until IS NULL OR full_until <= ?", now)
	if len(standing.met) > 0 {
		query = query.Where("interviewer_id NOT IN ?", standing.met)
	}
	for _, busy := range standing.busy {
		if busy.StartsAt.Before(end) && start.Before(busy.EndsAt) {
			query = query.Where("NOT (starts_at < ? AND ? < ends_at)", busy.EndsAt, busy.StartsAt)
		}
	}
	if s.Preload {
		query = query.Preload("Interviewer")
	}
	slots := []*Slot{}
	return slots, query.Order("starts_at, id").Limit(first).Find(&slots).Error
}

// Interviewers by their ids.
func (s School) Interviewers(ctx context.Context, ids []int) (map[int]*Interviewer, error) {
	var found []*Interviewer
	if err := s.DB.WithContext(ctx).Find(&found, ids).Error; err != nil {
		return nil, err
	}
	byID := make(map[int]*Interviewer, len(found))
	for _, i := range found {
		byID[i.ID] = i
	}
	return byID, nil
}

type standing struct {
	eligible bool
	met      []int
	busy     []Interview
}

// judge applies the booking rules to a student. Their interviews are newest first.
func judge(p BookingPolicy, who Student) standing {
	limit := p.InterviewLimit
	if who.InterviewLimit != nil {
		limit = *who.InterviewLimit
	}
	s := standing{eligible: true}
	used, graded := 0, 0
	for _, i := range who.Interviews {
		if i.Status != "INTERVIEWER_NO_SHOW" {
			used++
		}
		if i.Status == "BOOKED" || i.Status == "COMPLETED" {
			s.met = append(s.met, i.InterviewerID)
			s.busy = append(s.busy, i)
		}
		if i.Status == "COMPLETED" && i.Grade != nil && graded < p.GradeWindow {
			graded++
			s.eligible = s.eligible && *i.Grade > p.MinimumGradeExclusive
		}
	}
	s.eligible = s.eligible && used < limit
	return s
}
