namespace RingShm;

/// <summary>
/// Who may open a new region on Windows: the creator's account, and every account granted here. Immutable.
/// </summary>
public sealed class RingSecurity
{
    private readonly string[] _readWriteSids;
    private readonly string[] _readOnlySids;

    private RingSecurity(string[] readWriteSids, string[] readOnlySids)
    {
        _readWriteSids = readWriteSids;
        _readOnlySids = readOnlySids;
    }

    /// <summary>The creator's account alone; the default.</summary>
    public static RingSecurity OwnerOnly { get; } = new([], []);

    /// <summary>The accounts (security identifiers, as in <c>S-1-5-11</c>) that may read and write.</summary>
    public IReadOnlyList<string> ReadWriteSids => _readWriteSids;

    /// <summary>The accounts that may only look.</summary>
    public IReadOnlyList<string> ReadOnlySids => _readOnlySids;

    /// <summary>
    /// Generic read and write, and what the text form has no letters for: SYNCHRONIZE, without which nobody sleeps on an event.
    /// </summary>
    private const string ReadWriteAndWait = "0xC0100000";

    /// <summary>The same, with one more account that may read and write.</summary>
    /// <exception cref="ArgumentException">Not a security identifier; the message quotes it.</exception>
    public RingSecurity GrantReadWrite(string sid) => new([.. _readWriteSids, Checked(sid)], _readOnlySids);

    /// <summary>The same, with one more account that may only look.</summary>
    /// <exception cref="ArgumentException">Not a security identifier; the message quotes it.</exception>
    public RingSecurity GrantReadOnly(string sid) => new(_readWriteSids, [.. _readOnlySids, Checked(sid)]);

    /// <summary>
    /// The security descriptor in Windows' text form: a protected list, so that nothing is inherited.
    /// GA is all access, GR generic read.
    /// </summary>
    internal string ToSddl(string ownerSid) =>
        $"D:P(A;;GA;;;{ownerSid})"
        + string.Concat(_readWriteSids.Select(sid => $"(A;;{ReadWriteAndWait};;;{sid})"))
        + string.Concat(_readOnlySids.Select(sid => $"(A;;GR;;;{sid})"));

    private static string Checked(string sid)
    {
        ArgumentNullException.ThrowIfNull(sid);
        string[] parts = sid.Split('-');
        bool valid = parts.Length is >= 4 and <= 18 && parts[0] == "S" && parts[1] == "1"
            && parts[2..].All(part => part.Length is > 0 and <= 15 && part.All(char.IsAsciiDigit));
        return valid ? sid : throw new ArgumentException($"'{sid}' is not a security identifier such as S-1-5-11.", nameof(sid));
    }
}
