namespace RingShm.Load.Measuring;

/// <summary>The contestant that is on stage in this process, with its baseline. Both processes open the same by its number.</summary>
internal sealed class Troupe(Stage stage, NativeYardstick? yardstick, int ringBytes, bool isLeader, string runName)
{
    private readonly Dictionary<(int, bool), Payload> _payloads = [];

    public IContestant Baseline { get; private set; } = null!;

    public IContestant Contestant { get; private set; } = null!;

    public Payload Payload { get; private set; } = null!;

    /// <summary>Opens fresh memory; the leader first, because it makes what the follower opens.</summary>
    public void Open(int contestant, int opening)
    {
        Entry entry = Catalog.Entries[contestant];
        bool isFresh = entry.Family == Family.Fresh;
        if (!_payloads.TryGetValue((entry.MessageBytes, isFresh), out Payload? payload))
            _payloads[(entry.MessageBytes, isFresh)] = payload = new Payload(entry.MessageBytes, isFresh);
        Payload = payload;
        Scene scene = new($"{runName}-{opening}", isLeader, entry.MessageBytes, entry.RingBytesFor(ringBytes), payload, yardstick, stage)
        {
            RatePerSecond = entry.RatePerSecond,
            IdleParticipants = entry.IdleParticipants,
            Readers = entry.Readers,
            IsSingle = entry.IsSingle,
        };
        Baseline = entry.OpenBaseline(scene with { Name = scene.Name + "-base", RingBytes = entry.BaselineRingBytesFor(ringBytes) });
        Contestant = entry.Open(scene);
    }

    public void Close()
    {
        Baseline.Dispose();
        Contestant.Dispose();
    }
}
