namespace RingShm.Cli;

/// <summary>Whoever read our output has gone. An ordinary end, not a failure.</summary>
internal sealed class ClosedPipeException() : IOException("The reader of standard output has gone.");
