namespace RingShm;

/// <summary>
/// How a participant waits for a message or for room: it looks again and again, then gives its processor to whoever wants
/// it, then sleeps in the kernel until it is woken.
/// </summary>
/// <remarks>
/// <para>
/// A spinning participant sees news within a tenth of a microsecond or so and keeps a processor busy. A sleeping one costs next
/// to nothing and is awake some microseconds to some ten microseconds after the news. Both ends may use different strategies; a
/// participant that never sleeps is never woken, and one that sleeps is woken by all.
/// </para>
/// <para>
/// A participant that is killed between publishing and waking delays a sleeper by at most <see cref="SleepSlice"/>, and an
/// asynchronous wait by at most four of them. Instances do not change and may be shared by threads and rings.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// WaitStrategy patient = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromSeconds(5) };
/// </code>
/// </example>
public sealed class WaitStrategy
{
    /// <summary>Spins for a few microseconds, yields a few times, then sleeps. For everybody who has no processor to spare.</summary>
    public static WaitStrategy Default { get; } = new();

    /// <summary>Never sleeps: for threads that have a processor to themselves. Cancellation and timeouts work all the same.</summary>
    public static WaitStrategy SpinOnly { get; } = new() { Sleeps = false };

    /// <summary>Sleeps at once: for whoever waits long and rarely.</summary>
    public static WaitStrategy SleepAtOnce { get; } = new() { Spins = 0, Yields = 0 };

    /// <summary>
    /// How often it looks again before it yields; between two looks it pauses for some ten nanoseconds. 0 to 1,000,000. Not used on a
    /// machine with one processor, where nothing can change while it spins.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0 or more than 1,000,000.</exception>
    public int Spins
    {
        get;
        init => field = value is >= 0 and <= MostSteps ? value : throw StepsOutOfRange(nameof(Spins), value);
    } = 100;

    /// <summary>How often it gives its processor to another ready thread before it sleeps. 0 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 0 or more than 1,000,000.</exception>
    public int Yields
    {
        get;
        init => field = value is >= 0 and <= MostSteps ? value : throw StepsOutOfRange(nameof(Yields), value);
    } = 2;

    /// <summary>False to spin and yield for ever.</summary>
    public bool Sleeps { get; init; } = true;

    /// <summary>
    /// The longest time it sleeps before it looks at the ring again although nobody has woken it: the bound on what the death of
    /// a participant at the worst moment can cost. An asynchronous wait may sleep four times as long while nothing happens. 1 millisecond to 10 minutes; half a second if not set.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than a millisecond or more than 10 minutes.</exception>
    public TimeSpan SleepSlice
    {
        get;
        init => field = value >= ShortestSlice && value <= LongestSlice
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(SleepSlice), value, $"A slice of sleep is {ShortestSlice} to {LongestSlice} long.");
    } = TimeSpan.FromMilliseconds(500);

    private const int MostSteps = 1_000_000;

    private static TimeSpan ShortestSlice => TimeSpan.FromMilliseconds(1);

    private static TimeSpan LongestSlice => TimeSpan.FromMinutes(10);

    private static ArgumentOutOfRangeException StepsOutOfRange(string name, int value) =>
        new(name, value, $"A wait takes 0 to {MostSteps} such steps.");
}
