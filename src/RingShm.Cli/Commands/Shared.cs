using System.CommandLine;

namespace RingShm.Cli.Commands;

/// <summary>Arguments and options that several commands have, each made anew for its command.</summary>
internal static class Shared
{
    public static Argument<string> Name() => new("NAME")
    {
        Description = "The ring's name (letters, digits, '.', '_', '-'), or the path of a region file",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document instead of text" };

    public static Option<long> Capacity() => new("--capacity")
    {
        Description = $"Bytes of ring, rounded up to a power of two; {SizeParser.Help} [default: 1MiB]",
        HelpName = "SIZE",
        CustomParser = SizeParser.ParseOption,
    };

    public static Option<long> MaxMessage() => new("--max-message")
    {
        Description = "The longest message [default: half the capacity]",
        HelpName = "SIZE",
        CustomParser = SizeParser.ParseOption,
    };

    public static Option<TimeSpan> Timeout(string description) => new("--timeout")
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = static result => SizeParser.ParseSeconds(result, shortest: 0, longest: 1e9),
    };

    public static Option<bool> Raw(string description) => new("--raw") { Description = description };

    public static Option<bool> LengthPrefixed(string description) => new("--length-prefixed") { Description = description };

    /// <summary>The time that the caller gave, or no end.</summary>
    public static TimeSpan TimeoutOf(ParseResult result, Option<TimeSpan> option) =>
        result.GetResult(option) is null ? System.Threading.Timeout.InfiniteTimeSpan : result.GetValue(option);

    /// <summary>Lines unless another framing was asked for; both together are a contradiction.</summary>
    public static Framing FramingOf(ParseResult result, Option<bool> raw, Option<bool> lengthPrefixed) =>
        (result.GetValue(raw), result.GetValue(lengthPrefixed)) switch
        {
            (true, true) => throw CommandException.Usage("--raw and --length-prefixed exclude each other."),
            (true, false) => Framing.Raw,
            (false, true) => Framing.LengthPrefixed,
            _ => Framing.Lines,
        };
}
