using System.Globalization;
using RingShm.TestPeer;

namespace RingShm.Tests.Processes.Support;

/// <summary>The producers and consumers of one MPMC ring under test, each a process with a ledger of its own.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly Scene _scene;
    private readonly string[] _producerWords;
    private readonly string[] _consumerWords;
    private readonly long _ledgerEntries;
    private readonly List<Member> _members = [];
    private int _started;
    private long _activityOfTheGone;

    public Crowd(Scene scene, string[] producerWords, string[] consumerWords, long ledgerEntries)
    {
        _scene = scene;
        _producerWords = producerWords;
        _consumerWords = consumerWords;
        _ledgerEntries = ledgerEntries;
    }

    /// <summary>One process that takes part, or did.</summary>
    public sealed class Member(int number, bool isProducer, Peer peer, Ledger ledger, string ledgerPath)
    {
        public int Number { get; } = number;

        public bool IsProducer { get; } = isProducer;

        public Peer Peer { get; } = peer;

        public Ledger Ledger { get; } = ledger;

        public string LedgerPath { get; } = ledgerPath;

        public bool WasKilled { get; set; }

        public bool HasLeft { get; set; }

        public override string ToString() => $"{(IsProducer ? "producer" : "consumer")} {Number}";
    }

    /// <summary>Those whose notes nobody has taken yet.</summary>
    public IReadOnlyList<Member> Members => _members;

    public IEnumerable<Member> Producers => _members.Where(static member => member.IsProducer && !member.HasLeft);

    public IEnumerable<Member> Consumers => _members.Where(static member => !member.IsProducer && !member.HasLeft);

    /// <summary>Everything that anybody does, for the watchdog.</summary>
    public long Activity => _activityOfTheGone + _members.Sum(static member => member.Ledger.Published + member.Ledger.Delivered);

    public long Delivered => Consumers.Sum(static member => member.Ledger.Delivered);

    /// <summary>Starts a process that loads and then stands by.</summary>
    public Member Start(bool isProducer, params string[] more)
    {
        int number = ++_started;
        string path = Path.Combine(Path.GetTempPath(), $"{_scene.Name}-{number.ToString(CultureInfo.InvariantCulture)}.log");
        Ledger ledger = Ledger.Create(path, _ledgerEntries);
        Peer peer = _scene.Start(
            isProducer ? "mpmc-produce" : "mpmc-consume",
            [.. isProducer ? _producerWords : _consumerWords, .. more, $"id={number.ToString(CultureInfo.InvariantCulture)}", $"log={path}", "standby=1"]);
        Member member = new(number, isProducer, peer, ledger, path);
        _members.Add(member);
        return member;
    }

    public static void AwaitStandby(Member member) => _ = member.Peer.Expect("standby");

    public static void AwaitAttached(Member member) => _ = member.Peer.Expect("attached");

    /// <summary>Kills them at the same moment.</summary>
    public static void Kill(params ReadOnlySpan<Member> members)
    {
        foreach (Member member in members)
        {
            member.WasKilled = member.HasLeft = true;
            member.Peer.Strike();
        }

        foreach (Member member in members)
            member.Peer.WaitForExit();
    }

    /// <summary>Waits until everybody who is there gets on: producers publish, consumers poll, and messages are delivered.</summary>
    public void ExpectProgress()
    {
        (Member Member, long Published, long Polls)[] before =
            [.. _members.Where(static member => !member.HasLeft).Select(static member => (member, member.Ledger.Published, member.Ledger.Progress))];
        long delivered = Delivered;
        foreach ((Member member, long published, long polls) in before)
        {
            Watchdog.Until(
                () => member.Peer.HasExited || member.Ledger.Published > published || member.Ledger.Progress > polls,
                $"{member} getting on\n{member.Peer.Description}");
        }

        Watchdog.Until(() => Delivered > delivered, "a message being delivered");
    }

    /// <summary>Lets all producers finish, completes the ring, and waits until the consumers have drained it.</summary>
    public void Finish(Action complete)
    {
        foreach (Member producer in Producers)
            producer.Ledger.IsStopped = true;
        AwaitEnd([.. Producers]);
        complete();
        AwaitEnd([.. Consumers]);
    }

    /// <summary>Gives all notes to the check.</summary>
    public void Report(MpmcDeliveryCheck check)
    {
        foreach (Member member in _members.ToArray())
            Report(check, member);
    }

    /// <summary>Gives one's notes to the check and forgets it.</summary>
    public void Report(MpmcDeliveryCheck check, Member member)
    {
        if (member.IsProducer)
            check.AddProducer(member.Number, member.Ledger, member.WasKilled);
        else
            check.AddConsumer(member.Number, member.Ledger, member.WasKilled);
        member.Peer.Dispose();
        Forget(member);
    }

    public void Dispose()
    {
        foreach (Member member in _members.ToArray())
        {
            member.Peer.Dispose();
            Forget(member);
        }
    }

    private void Forget(Member member)
    {
        _members.Remove(member);
        // Or a death would look like progress.
        _activityOfTheGone += member.Ledger.Published + member.Ledger.Delivered;
        member.Ledger.Dispose();
        File.Delete(member.LedgerPath);
    }

    private void AwaitEnd(List<Member> members)
    {
        foreach (Member member in members)
        {
            Watchdog.UntilWithProgress(
                () => member.Peer.HasExited,
                () => Activity,
                $"{member} ending\n{string.Concat(members.Select(static each => each.Peer.Description))}");
            member.Peer.ExpectSuccess();
            member.HasLeft = true;
        }
    }
}
