"""The workflow engine of the mock: workflows from the fixture world, and their executions.

No call registers a workflow, so the section `workflows` of a fixture world defines them in a small
step language (`fixtures.py`). An execution stores only what came from outside: its script, its
input, and the moments at which somebody did something to it (signal, update, cancel, terminate,
reset). All else is computed from that and the clock by playing the script (`playing.py`): nothing
runs, waits or sleeps, and one large step of the clock gives the same as many small ones.

For modules beside the engine:

- `records.py`: `Workflow`, `Registration`, `Execution`, `Moment`, `Schedule`.
- `engine.start(world, starter, registration, order) -> Execution` starts an execution; `Starter`
  says in whose name, `Order` what and when (schedules give `at` and `schedule_id`).
- `engine.executions(world, workspace_id)`: all executions of a workspace, oldest first;
  `engine.find_execution(world, workspace_id, execution_id)`: one of them, or None.
- `engine.find_workflow(world, workspace_id, name_or_id)`,
  `engine.registrations_of(world, workflow)`,
  `engine.sees(workspace_id, workflow)`: what a workspace has or what is shared with it.
- `playing.course_of(execution).runs`: the runs of an execution, oldest first, in full and ahead of
  time; `engine.runs_of(execution, now)`: those that have begun, as far as they are (`course.Run`);
  `engine.view_of(execution, now)`: the newest of them.
- `events.events_of(execution, now) -> list[WorkflowEvent]`: what happened so far, in order and
  numbered from 1; `event.as_json()` is the event of the document, `events.stream_item(event)` its
  place in a stream. `events.all_events(world, workspace_id, now)`: those of all executions, in the
  order in which they happened, without numbers.
- `history.history(run) -> dict`: the history of a run, as the history operations answer.
- `views.view_execution(execution, run)`: the answer form of an execution.
- `deployments.is_served(world, workspace_id, name)`: whether a live worker serves a deployment.
"""
