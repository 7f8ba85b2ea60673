using System.Globalization;

namespace RingShm.TestPeer;

/// <summary>The command and its <c>key=value</c> words.</summary>
internal sealed class PeerArguments
{
    private readonly Dictionary<string, string> _values;

    private PeerArguments(string command, Dictionary<string, string> values)
    {
        Command = command;
        _values = values;
    }

    public string Command { get; }

    public string Ring => Text("ring");

    public static PeerArguments Parse(string[] words) => new(
        words.Length > 0 ? words[0] : "",
        words.Skip(1).Select(static word => word.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]));

    public string Text(string key) =>
        _values.TryGetValue(key, out string? value) ? value : throw new ArgumentException($"'{Command}' needs {key}=.");

    public string Text(string key, string fallback) => _values.GetValueOrDefault(key, fallback);

    public long Number(string key, long fallback = 0) =>
        _values.TryGetValue(key, out string? value) ? long.Parse(value, CultureInfo.InvariantCulture) : fallback;

    public bool Flag(string key) => Number(key) != 0;

    public T Choice<T>(string key) where T : struct, Enum => Enum.Parse<T>(Text(key), ignoreCase: true);
}

/// <summary>A received message is not the one that was sent.</summary>
internal sealed class MismatchException(string message) : Exception(message);
