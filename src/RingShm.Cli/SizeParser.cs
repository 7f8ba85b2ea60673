using System.CommandLine.Parsing;
using System.Globalization;

namespace RingShm.Cli;

/// <summary>Reads sizes such as 4096, 64K, 4KiB, 1MB, 1.5GiB, durations in seconds, and counts.</summary>
internal static class SizeParser
{
    public const string Help = "K, M, G and KiB, MiB, GiB count in 1024s; KB, MB, GB in 1000s";

    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("TIB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40),
        ("B", 1), ("", 1),
    ];

    /// <summary>A positive number of bytes, or null and an error that quotes the text.</summary>
    public static long? TryParse(string text, out string error)
    {
        string upper = text.Trim().ToUpperInvariant();
        (string suffix, long unit) = Units.First(u => upper.EndsWith(u.Suffix, StringComparison.Ordinal));
        string number = upper[..^suffix.Length].TrimEnd();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            error = $"'{text}' is not a size; write for example 4096, 64K or 1MiB ({Help}).";
            return null;
        }

        // Far from what decimal itself can hold, so that the product below cannot overflow.
        if (value > long.MaxValue || value * unit > long.MaxValue)
        {
            error = $"'{text}' is more than {long.MaxValue} bytes.";
            return null;
        }

        decimal bytes = value * unit;
        if (bytes < 1 || bytes != decimal.Truncate(bytes))
        {
            error = $"'{text}' is not a positive whole number of bytes.";
            return null;
        }

        error = "";
        return (long)bytes;
    }

    /// <summary>For an option of System.CommandLine.</summary>
    public static long ParseOption(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value, out string error) is { } bytes)
            return bytes;
        result.AddError(error);
        return 0;
    }

    /// <summary>Seconds, also fractions of them, for an option of System.CommandLine.</summary>
    public static TimeSpan ParseSeconds(ArgumentResult result, double shortest, double longest)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds >= shortest && seconds <= longest)
            return TimeSpan.FromSeconds(seconds);
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number of seconds from {shortest} to {longest}."));
        return default;
    }

    /// <summary>The version of a value, or 0, for an option of System.CommandLine.</summary>
    public static long? ParseVersion(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            return version;
        result.AddError($"'{text}' is not a version: 0, 1, 2 and so on.");
        return null;
    }

    /// <summary>A positive number of things, for an option of System.CommandLine.</summary>
    public static int ParsePositive(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0)
            return count;
        result.AddError($"'{text}' is not a whole number from 1 to {int.MaxValue}.");
        return 0;
    }

    /// <summary>A whole number that is not negative, for an option of System.CommandLine.</summary>
    public static long? ParseCount(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count))
            return count;
        result.AddError($"'{text}' is not a whole number from 0 to {long.MaxValue}.");
        return null;
    }
}
