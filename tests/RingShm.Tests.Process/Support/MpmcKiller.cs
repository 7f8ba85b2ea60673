using System.Diagnostics;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// Keeps so many producers and as many consumers at work, and kills one of them at every step, now and then several in one
/// blow, whatever they are doing: working, or still attaching. Never waits for a process to start; who is ready steps in.
/// </summary>
internal sealed class MpmcKiller(Crowd crowd, MpmcDeliveryCheck check, Random random, int perSide)
{
    private const int StandbysPerSide = 3;

    /// <summary>At one step in so many, several go at once; all of them, if it comes to that.</summary>
    private const int OneInTogether = 4;

    private static readonly MpmcWrite[] s_writes = [MpmcWrite.Write, MpmcWrite.Claim, MpmcWrite.Claims, MpmcWrite.Batch];
    private static readonly MpmcRead[] s_reads = [MpmcRead.Lease, MpmcRead.Leases, MpmcRead.Wait, MpmcRead.Batch];
    private static readonly PaceKind[] s_producerPaces = [PaceKind.Bursts, PaceKind.Pauses, PaceKind.Slow];
    private static readonly PaceKind[] s_consumerPaces = [PaceKind.Flat, PaceKind.Bursts];

    private readonly List<Crowd.Member> _standing = [];
    private readonly List<Crowd.Member> _working = [];
    private long _lastActivity;
    private long _lastChange = Stopwatch.GetTimestamp();

    public int ProducersKilled { get; private set; }

    public int ConsumersKilled { get; private set; }

    /// <summary>Of both, how many went in one blow with others.</summary>
    public int TogetherKilled { get; private set; }

    /// <summary>How long at the most no message was published and none delivered, as seen from outside.</summary>
    public TimeSpan LongestSilence { get; private set; }

    public void Step()
    {
        Watch();
        List<Crowd.Member> victims = [];
        int wanted = random.Next(OneInTogether) == 0 ? random.Next(2, (2 * perSide) + 1) : 1;
        while (victims.Count < wanted && _working.Count > 0)
        {
            Crowd.Member victim = _working[random.Next(_working.Count)];
            _ = _working.Remove(victim);
            victims.Add(victim);
            Assert.False(victim.Peer.HasExited, $"{victim} ended by itself: {victim.Peer.Description}");
            ProducersKilled += victim.IsProducer ? 1 : 0;
            ConsumersKilled += victim.IsProducer ? 0 : 1;
        }

        Crowd.Kill([.. victims]);
        TogetherKilled += victims.Count > 1 ? victims.Count : 0;
        foreach (Crowd.Member victim in victims)
            crowd.Report(check, victim);

        Fill(isProducer: true);
        Fill(isProducer: false);
    }

    /// <summary>Ends those that were never needed.</summary>
    public void DismissStandbys()
    {
        foreach (Crowd.Member member in _standing)
        {
            Crowd.Kill(member);
            crowd.Report(check, member);
        }

        _standing.Clear();
        // The last blow may have left a side empty.
        foreach (bool isProducer in new[] { true, false })
        {
            Crowd.Member member = Start(isProducer);
            Crowd.AwaitStandby(member);
            member.Peer.Go();
            Crowd.AwaitAttached(member);
        }
    }

    private void Fill(bool isProducer)
    {
        while (_working.Count(member => member.IsProducer == isProducer) < perSide
            && _standing.FirstOrDefault(member => member.IsProducer == isProducer && member.Peer.HasSaidSoFar("standby")) is { } ready)
        {
            _ = _standing.Remove(ready);
            ready.Peer.Go();
            _working.Add(ready);
        }

        while (_standing.Count(member => member.IsProducer == isProducer) < StandbysPerSide)
            _standing.Add(Start(isProducer));
    }

    private Crowd.Member Start(bool isProducer) => isProducer
        ? crowd.Start(true, $"mode={Any(s_writes)}", $"pace={Any(s_producerPaces)}")
        : crowd.Start(false, $"mode={Any(s_reads)}", $"pace={Any(s_consumerPaces)}");

    private T Any<T>(T[] choices) => choices[random.Next(choices.Length)];

    private void Watch()
    {
        long activity = crowd.Activity;
        TimeSpan silence = Stopwatch.GetElapsedTime(_lastChange);
        LongestSilence = silence > LongestSilence ? silence : LongestSilence;
        if (activity != _lastActivity || _working.Count == 0)
            (_lastActivity, _lastChange) = (activity, Stopwatch.GetTimestamp());
        if (silence > Watchdog.Limit)
            Assert.Fail($"Hung: {string.Join(", ", _working)} are at work, and no message moves.\n{string.Concat(_working.Select(static member => member.Peer.Description))}");
    }
}
