namespace RingShm.Cli;

/// <summary>A ring of either kind as <c>send</c> and <c>receive</c> see it.</summary>
internal abstract class OpenRing : IDisposable
{
    public abstract long CapacityBytes { get; }

    /// <summary>
    /// True when other senders' messages can come between ours, or go to other receivers than ours: what belongs together must
    /// then be one message.
    /// </summary>
    public abstract bool IsShared { get; }

    public abstract IMessageSink AttachSender();

    public abstract IMessageSource AttachReceiver();

    public abstract void Complete();

    /// <summary>
    /// Does for all dead participants what survivors do only for those whom they meet, and not at every try. False when the ring is of a
    /// kind in which there is nothing to mend.
    /// </summary>
    public abstract bool TryMendDeaths();

    public abstract void Dispose();

    /// <summary>Opens an existing ring.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">What it must agree with.</param>
    /// <param name="kind">The kind it must be of; none for whatever it is.</param>
    /// <param name="start">Where receivers of a broadcast ring begin.</param>
    public static OpenRing Open(RegionName name, RingOptions options, RingKind kind = RingKind.None, ReaderStart start = ReaderStart.Oldest) =>
        (kind == RingKind.None ? Ring.Inspect(name).Kind : kind) switch
        {
            RingKind.Mpmc => new OpenMpmcRing(MpmcRing.Open(name, options)),
            RingKind.Broadcast => new OpenBroadcastRing(BroadcastRing.Open(name, options), start),
            RingKind.State => throw CommandException.Failed($"'{name}' is a state cell, which holds one value; 'set' and 'get' are for it."),
            _ => new OpenSpscRing(SpscRing.Open(name, options)),
        };

    /// <summary>Opens the ring, or makes one of this kind.</summary>
    public static OpenRing CreateOrOpen(RegionName name, RingOptions options, RingKind kind) => kind switch
    {
        RingKind.Mpmc => new OpenMpmcRing(MpmcRing.CreateOrOpen(name, options)),
        RingKind.Broadcast => new OpenBroadcastRing(BroadcastRing.CreateOrOpen(name, options), ReaderStart.Oldest),
        _ => new OpenSpscRing(SpscRing.CreateOrOpen(name, options)),
    };

    /// <summary>Makes a new ring of this kind.</summary>
    public static OpenRing Create(RegionName name, RingOptions options, RingKind kind) => kind switch
    {
        RingKind.Mpmc => new OpenMpmcRing(MpmcRing.Create(name, options)),
        RingKind.Broadcast => new OpenBroadcastRing(BroadcastRing.Create(name, options), ReaderStart.Oldest),
        _ => new OpenSpscRing(SpscRing.Create(name, options)),
    };
}

/// <summary>A producer of either kind of ring.</summary>
internal interface IMessageSink : IDisposable
{
    int MaxMessageBytes { get; }

    bool TryWrite(ReadOnlySpan<byte> message, int type);

    bool Write(ReadOnlySpan<byte> message, int type, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A consumer of either kind of ring.</summary>
internal interface IMessageSource : IDisposable
{
    /// <summary>True when nothing more will come.</summary>
    bool IsDrained { get; }

    /// <summary>Takes what is there now, up to a limit, and hands back as many as were settled.</summary>
    int TryReadBatch(MessageHandler<OutputPump> handler, BatchSettler<OutputPump> settle, OutputPump state, int limit);

    /// <summary>Waits for a message and leases it.</summary>
    bool Read(out Message message, TimeSpan timeout, CancellationToken cancellationToken);
}
