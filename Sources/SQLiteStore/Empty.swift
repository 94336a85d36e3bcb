// The next commits fill this target.
