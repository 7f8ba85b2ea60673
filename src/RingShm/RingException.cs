namespace RingShm;

/// <summary>What every RingShm error derives from. Full and empty are results, not errors.</summary>
public class RingException : IOException
{
    /// <summary>Creates the exception with a message that carries the values concerned.</summary>
    public RingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the operating system's error behind it.</summary>
    public RingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general message.</summary>
    public RingException()
        : base("A RingShm operation failed.")
    {
    }
}

/// <summary>A region of this name exists already, and the caller asked for a new one.</summary>
public sealed class RingExistsException : RingException
{
    internal RingExistsException(string message)
        : base(message)
    {
    }
}

/// <summary>There is no region of this name, or only what a creator killed half-way left of one.</summary>
public sealed class RingNotFoundException : RingException
{
    internal RingNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The region is of another kind, version or geometry than the caller asked for. The message holds both values.</summary>
public sealed class RingMismatchException : RingException
{
    internal RingMismatchException(string message)
        : base(message)
    {
    }
}

/// <summary>The region's bytes are not what any RingShm process writes. Nothing outside the region was touched.</summary>
public sealed class RingCorruptException : RingException
{
    internal RingCorruptException(string message)
        : base(message)
    {
    }
}

/// <summary>The operating system refuses access to the region.</summary>
public sealed class RingAccessDeniedException : RingException
{
    internal RingAccessDeniedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is not enough memory (or file space) to reserve the region.</summary>
public sealed class RingStorageException : RingException
{
    internal RingStorageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>Another live participant holds the role.</summary>
public sealed class RoleTakenException : RingException
{
    internal RoleTakenException(string message, int ownerProcessId)
        : base(message) => OwnerProcessId = ownerProcessId;

    /// <summary>
    /// The holder's process id as it sees it itself (in its own pid namespace); 0 when it was just arriving or leaving.
    /// </summary>
    public int OwnerProcessId { get; }
}

/// <summary>The ring has as many live participants as it was made for.</summary>
public sealed class ParticipantLimitException : RingException
{
    internal ParticipantLimitException(string message)
        : base(message)
    {
    }
}

/// <summary>The ring was completed: nothing more can be written to it, or nothing more will come out of it.</summary>
public sealed class RingCompletedException : RingException
{
    internal RingCompletedException()
        : base("The ring was completed; no more messages can be written to it.")
    {
    }

    internal RingCompletedException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// This reader of a broadcast ring was a whole ring behind and has lost its place, as the ring's options say: it will get nothing
/// more. Dispose the handle and attach anew.
/// </summary>
public sealed class ReaderEvictedException : RingException
{
    internal ReaderEvictedException(long position)
        : base($"This reader had come to position {position} and was a whole ring behind; the writers went on without it.") => Position = position;

    /// <summary>The position of the message that it would have read next.</summary>
    public long Position { get; }
}

/// <summary>
/// A reader of a lossy broadcast ring was lapped: this many messages were written over before it came to them. The reader goes on: the
/// message behind the gap is the next that it gives.
/// </summary>
public sealed class MessagesLostException : RingException
{
    internal MessagesLostException(long messages)
        : base($"{messages} messages were written over before this reader had come to them; it goes on behind them.") => Messages = messages;

    /// <summary>How many were lost, exactly.</summary>
    public long Messages { get; }
}

/// <summary>The message is longer than the ring can ever carry. Waiting would not help, so this is not "full".</summary>
public sealed class MessageTooLargeException : RingException
{
    internal MessageTooLargeException(long lengthBytes, long maxMessageBytes)
        : base($"A message of {lengthBytes} bytes was offered; this ring carries at most {maxMessageBytes} bytes a message.")
    {
        LengthBytes = lengthBytes;
        MaxMessageBytes = maxMessageBytes;
    }

    /// <summary>The length that was asked for, in bytes.</summary>
    public long LengthBytes { get; }

    /// <summary>The ring's limit, in bytes.</summary>
    public long MaxMessageBytes { get; }
}
