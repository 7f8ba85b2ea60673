namespace WorkQueue;

/// <summary>Something to do. Here: to take so long.</summary>
internal readonly record struct Job(int Number, int Milliseconds);

/// <summary>Who did it.</summary>
internal readonly record struct Result(int Job, int Worker, bool WasRedelivered);
