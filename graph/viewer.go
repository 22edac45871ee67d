package graph

import (
	"context"

	"rehearse/graph/model"
)

func (r queryResolver) Viewer(ctx context.Context) (*model.Viewer, error) {
	actor, student, interviewer, err := r.app.View(ctx).Viewer(ctx)
	viewer := model.Viewer{Role: actor.Role}
	switch {
	case student != nil:
		viewer.Person = student
	case interviewer != nil:
		viewer.Person = interviewer
	}
	return nullable(viewer, err)
}
