namespace RingShm.Cli;

/// <summary>How messages lie in a byte stream. Any bytes pass unchanged from send to receive when both use the same framing.</summary>
internal enum Framing
{
    /// <summary>A message for each line, without its newline.</summary>
    Lines,

    /// <summary>The bytes as they come; where one message ends and the next begins means nothing.</summary>
    Raw,

    /// <summary>Each message behind its length in four bytes, little-endian.</summary>
    LengthPrefixed,
}

/// <summary>The type tags that the tool gives its messages.</summary>
internal static class MessageTag
{
    /// <summary>A whole line, the rest of one, or any message of another framing. Programs' own messages print as lines too.</summary>
    public const int Whole = 0;

    /// <summary>
    /// A part of a line with no newline behind it: the line goes on in the next message, or the input ended. An unlikely
    /// number ("part" in ASCII), because programs choose tags of their own.
    /// </summary>
    public const int Part = 0x7061_7274;

    /// <summary>Bytes of a length prefix.</summary>
    public const int PrefixBytes = sizeof(int);
}
