using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RingShm;

/// <summary>
/// What a region is called: a <em>name</em> (1 to 100 letters, digits, <c>.</c>, <c>_</c>, <c>-</c>) or a <em>file path</em>
/// (anything with a directory separator). A string converts by itself.
/// </summary>
/// <remarks>
/// Linux: a name is a file in <c>/dev/shm</c>, or in the folder that the environment variable <c>RINGSHM_DIR</c> names.
/// Windows: a name is a section backed by the page file, in <c>Local\</c> unless <see cref="InGlobalNamespace"/> or a
/// <c>Global\</c> prefix asks otherwise. A path is a file on both.
/// </remarks>
public readonly struct RegionName : IEquatable<RegionName>
{
    /// <summary>The most characters that a name may have.</summary>
    public const int MaxLength = 100;

    private const string GlobalPrefix = @"Global\";
    private const string LocalPrefix = @"Local\";

    private readonly string? _value;

    private RegionName(string value, bool isPath, bool isGlobal)
    {
        _value = value;
        IsPath = isPath;
        IsGlobal = isGlobal;
    }

    /// <summary>True for a file path, false for a name.</summary>
    public bool IsPath { get; }

    /// <summary>True when the name lies in Windows' <c>Global\</c> namespace. Always false elsewhere.</summary>
    public bool IsGlobal { get; }

    /// <summary>The name without a namespace prefix, or the full path.</summary>
    public string Value => _value ?? "";

    /// <summary>Parses a name or a path.</summary>
    /// <exception cref="ArgumentException">Neither a name nor a path; the message quotes it.</exception>
    public static RegionName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (OperatingSystem.IsWindows())
        {
            if (text.StartsWith(GlobalPrefix, StringComparison.OrdinalIgnoreCase))
                return new RegionName(CheckName(text[GlobalPrefix.Length..], text), isPath: false, isGlobal: true);
            if (text.StartsWith(LocalPrefix, StringComparison.OrdinalIgnoreCase))
                return new RegionName(CheckName(text[LocalPrefix.Length..], text), isPath: false, isGlobal: false);
        }

        return text.Contains(Path.DirectorySeparatorChar) || text.Contains(Path.AltDirectorySeparatorChar)
            ? FromPath(text)
            : new RegionName(CheckName(text, text), isPath: false, isGlobal: false);
    }

    /// <summary>A region file, even when the path has no separator in it.</summary>
    /// <exception cref="ArgumentException">The path is empty, ends in a separator or has a NUL in it; the message quotes it.</exception>
    public static RegionName FromPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path.Contains('\0') || Path.EndsInDirectorySeparator(path))
            throw new ArgumentException($"'{Quoted(path)}' is not the path of a file.", nameof(path));
        return new RegionName(Path.GetFullPath(path), isPath: true, isGlobal: false);
    }

    /// <summary>The same name in Windows' <c>Global\</c> namespace, which all logon sessions share. No effect elsewhere.</summary>
    /// <exception cref="InvalidOperationException">This is a path.</exception>
    public RegionName InGlobalNamespace() => IsPath
        ? throw new InvalidOperationException($"'{Value}' is a file path; only names have a namespace.")
        : new RegionName(Value, isPath: false, isGlobal: OperatingSystem.IsWindows());

    /// <summary>Parses a name or a path, as <see cref="Parse"/>.</summary>
    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "Parse is the named alternate.")]
    public static implicit operator RegionName(string text) => Parse(text);

    /// <inheritdoc/>
    public bool Equals(RegionName other) =>
        _value == other._value && IsPath == other.IsPath && IsGlobal == other.IsGlobal;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RegionName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_value, IsPath, IsGlobal);

    /// <summary>The name, with <c>Global\</c> before it where that applies, or the path.</summary>
    public override string ToString() => IsGlobal ? GlobalPrefix + Value : _value ?? "";

    /// <summary>True when both mean the same region.</summary>
    public static bool operator ==(RegionName left, RegionName right) => left.Equals(right);

    /// <summary>True when they mean different regions.</summary>
    public static bool operator !=(RegionName left, RegionName right) => !left.Equals(right);

    internal static bool IsValidName(string name) =>
        name.Length is > 0 and <= MaxLength
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        && name.Any(c => c != '.');

    private static string CheckName(string name, string text) => IsValidName(name)
        ? name
        : throw new ArgumentException(
            $"'{Quoted(text)}' is not a region name: 1 to {MaxLength} letters, digits, '.', '_' or '-', not dots alone.", nameof(text));

    /// <summary>One line of at most 120 visible characters, whatever the caller passed.</summary>
    private static string Quoted(string text)
    {
        string clean = string.Concat(text.Take(120).Select(c => IsVisible(c) ? c : '?'));
        return clean.Length < text.Length ? clean + "…" : clean;
    }

    /// <summary>False for what would break the line, turn the text around, or be half a character after the cut.</summary>
    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
