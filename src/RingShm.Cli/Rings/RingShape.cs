using System.CommandLine;
using System.CommandLine.Parsing;

namespace RingShm.Cli;

/// <summary>The options that say what a new ring is like, and that an existing one must agree with.</summary>
internal sealed class RingShape
{
    private static readonly (string Word, RingKind Value)[] Kinds = [("spsc", RingKind.Spsc), ("mpmc", RingKind.Mpmc), ("broadcast", RingKind.Broadcast), ("state", RingKind.State)];

    private static readonly (string Word, Cardinality Value)[] Cardinalities = [("one", Cardinality.One), ("many", Cardinality.Many)];

    private static readonly (string Word, DeadConsumerPolicy Value)[] Policies =
        [("redeliver", DeadConsumerPolicy.Redeliver), ("drop", DeadConsumerPolicy.Drop)];

    private static readonly (string Word, BroadcastDelivery Value)[] Deliveries =
        [("reliable", BroadcastDelivery.Reliable), ("lossy", BroadcastDelivery.Lossy)];

    private static readonly (string Word, SlowReaderPolicy Value)[] SlowReaderPolicies =
        [("hold", SlowReaderPolicy.HoldWriters), ("evict", SlowReaderPolicy.Evict)];

    private readonly Option<RingKind> _kind = new("--kind")
    {
        Description = "'spsc' has one producer and one consumer, 'mpmc' many of each, and every message goes to one of them; 'broadcast' gives every message to all of its readers; 'state' holds the latest value [default: spsc]",
        HelpName = "spsc|mpmc|broadcast|state",
        CustomParser = static result => Choose(result, Kinds, "a kind of ring that this version makes"),
    };

    private readonly Option<Cardinality> _producers = new("--producers")
    {
        Description = "mpmc, broadcast, state: how many producers (writers) at once; 'one' makes its writes cheaper [default: many]",
        HelpName = "one|many",
        CustomParser = static result => Choose(result, Cardinalities, "a number of producers"),
    };

    private readonly Option<Cardinality> _consumers = new("--consumers")
    {
        Description = "mpmc, state: how many consumers (readers) at once; 'one' makes an mpmc ring's reads cheaper [default: many]",
        HelpName = "one|many",
        CustomParser = static result => Choose(result, Cardinalities, "a number of consumers"),
    };

    private readonly Option<int> _maxParticipants = new("--max-participants")
    {
        Description = "mpmc, broadcast, state: how many producers and consumers together, at once [default: 64]",
        HelpName = "N",
        CustomParser = SizeParser.ParsePositive,
    };

    private readonly Option<DeadConsumerPolicy> _deadConsumers = new("--dead-consumers")
    {
        Description = "mpmc: what becomes of a message whose consumer died with it: another one gets it, marked as redelivered, "
            + "or it is dropped and counted [default: redeliver]",
        HelpName = "redeliver|drop",
        CustomParser = static result => Choose(result, Policies, "what can become of such a message"),
    };

    private readonly Option<BroadcastDelivery> _delivery = new("--delivery")
    {
        Description = "broadcast: writers keep what a live reader has not read, or never wait for readers [default: reliable]",
        HelpName = "reliable|lossy",
        CustomParser = static result => Choose(result, Deliveries, "what writers can owe their readers"),
    };

    private readonly Option<SlowReaderPolicy> _slowReaders = new("--slow-readers")
    {
        Description = "reliable broadcast: a live reader that is a whole ring behind holds the writers back, or loses its place [default: hold]",
        HelpName = "hold|evict",
        CustomParser = static result => Choose(result, SlowReaderPolicies, "what can become of a slow reader"),
    };

    private readonly Option<long> _capacity = Commands.Shared.Capacity();

    private readonly Option<long> _maxMessage = Commands.Shared.MaxMessage();

    /// <param name="command">The command that gets the options.</param>
    /// <param name="takesExisting">The command also takes a ring that is there.</param>
    public RingShape(Command command, bool takesExisting)
    {
        if (takesExisting)
            _capacity.Description += "; an existing ring must agree with this and the following";
        Option[] options = takesExisting
            ? [_capacity, _maxMessage, _kind, _producers, _consumers, _maxParticipants, _deadConsumers, _delivery, _slowReaders]
            : [_kind, _capacity, _maxMessage, _producers, _consumers, _maxParticipants, _deadConsumers, _delivery, _slowReaders];
        foreach (Option option in options)
            command.Add(option);
    }

    /// <summary>The kind that was asked for; none when that was left open.</summary>
    public RingKind KindOf(ParseResult result) => result.GetResult(_kind) is null ? RingKind.None : result.GetValue(_kind);

    public RingOptions OptionsOf(ParseResult result) => new()
    {
        CapacityBytes = result.GetValue(_capacity),
        MaxMessageBytes = result.GetValue(_maxMessage),
        Producers = result.GetValue(_producers),
        Consumers = result.GetValue(_consumers),
        MaxParticipants = result.GetValue(_maxParticipants),
        DeadConsumers = result.GetValue(_deadConsumers),
        Delivery = result.GetValue(_delivery),
        SlowReaders = result.GetValue(_slowReaders),
        // Reserved in any case; whoever uses the ring touches the pages.
        PrefaultPages = false,
    };

    /// <summary>
    /// What was asked for that no spsc ring is, as it stands on the command line, and the kinds that are; null when there is no such thing.
    /// </summary>
    private (string Option, string Kinds)? AskedBesidesSpsc(ParseResult result)
    {
        if (result.GetValue(_producers) == Cardinality.Many)
            return ("--producers many", "mpmc, broadcast or state");
        if (result.GetValue(_consumers) == Cardinality.Many)
            return ("--consumers many", "mpmc, broadcast or state");
        if (result.GetResult(_maxParticipants) != null)
            return ("--max-participants", "mpmc, broadcast or state");
        return result.GetValue(_deadConsumers) == DeadConsumerPolicy.Drop ? ("--dead-consumers drop", "mpmc") : null;
    }

    /// <summary>The kind of a new ring. What contradicts it is a wrong command line.</summary>
    public RingKind KindOfNew(ParseResult result)
    {
        RingKind kind = KindOf(result) is var asked and not RingKind.None ? asked : RingKind.Spsc;
        if (kind == RingKind.State && result.GetResult(_capacity) != null)
            throw CommandException.Usage("--capacity is for rings; the size of a state cell follows from --max-message and --max-participants.");
        if (kind == RingKind.State && result.GetValue(_deadConsumers) != DeadConsumerPolicy.Default)
            throw CommandException.Usage("--dead-consumers is for rings; from a state cell nobody takes anything.");
        if (kind == RingKind.Broadcast && (result.GetValue(_consumers) == Cardinality.One || result.GetValue(_deadConsumers) != DeadConsumerPolicy.Default))
            throw CommandException.Usage("--consumers one and --dead-consumers are for rings whose messages go to one consumer each.");
        if (kind != RingKind.Broadcast && (result.GetResult(_delivery) ?? result.GetResult(_slowReaders)) != null)
            throw CommandException.Usage("--delivery and --slow-readers need --kind broadcast.");
        if (kind == RingKind.Broadcast && result.GetValue(_delivery) == BroadcastDelivery.Lossy && result.GetResult(_slowReaders) != null)
            throw CommandException.Usage("--slow-readers is for reliable rings; nobody waits for the readers of a lossy one.");
        if (kind == RingKind.Spsc && AskedBesidesSpsc(result) is var (option, kinds))
            throw CommandException.Usage($"{option} needs --kind {kinds}; an spsc ring has one producer and one consumer.");
        return kind;
    }

    /// <summary>Opens a ring that is there, and refuses one that is not as asked for.</summary>
    public OpenRing Open(RegionName name, ParseResult result)
    {
        RingKind kind = KindOf(result);
        if (AskedBesidesSpsc(result) is var (option, kinds))
        {
            if (kind == RingKind.None)
                kind = Ring.Inspect(name).Kind;
            if (kind == RingKind.Spsc)
                throw CommandException.Failed($"'{name}' is an spsc ring; {option} asks for --kind {kinds}.");
        }

        return OpenRing.Open(name, OptionsOf(result), kind);
    }

    /// <summary>Opens the ring, or makes it as asked for when there is none.</summary>
    public OpenRing OpenOrCreate(RegionName name, ParseResult result)
    {
        try
        {
            return Open(name, result);
        }
        catch (RingNotFoundException)
        {
            return OpenRing.CreateOrOpen(name, OptionsOf(result), KindOfNew(result));
        }
    }

    /// <summary>Reads one of a few words.</summary>
    public static T Choose<T>(ArgumentResult result, (string Word, T Value)[] choices, string what)
    {
        string text = result.Tokens[0].Value;
        foreach ((string word, T value) in choices)
        {
            if (word == text)
                return value;
        }

        result.AddError($"'{text}' is not {what}; write {string.Join(" or ", choices.Select(choice => $"'{choice.Word}'"))}.");
        return default!;
    }
}
