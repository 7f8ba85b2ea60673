using RingShm.TestPeer;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// Judges the sums that readers of a lossy ring could not judge themselves (<see cref="LossAccount"/>), because a writer was killed in
/// between: how many of the numbers that it had begun last were published nobody knows but the ring. It is one number for each death, and the
/// sums of all readers must agree about it.
/// </summary>
internal sealed class LossJudge
{
    private readonly List<Sum> _sums = [];
    private readonly List<Death> _deaths = [];
    private readonly Dictionary<int, long> _ends = [];

    /// <summary>A writer killed when it had begun the numbers from one on to the end, and was not told of any that it was published.</summary>
    private sealed record Death(int Writer, long From, long End)
    {
        /// <summary>How many of them were never published, once it is known.</summary>
        public long? Unpublished { get; set; }
    }

    private sealed record Sum(string Reader, List<(int Writer, long From, long To)> Lines, long Accounted)
    {
        public List<Death> Open { get; set; } = [];

        public override string ToString() =>
            $"{Reader}: {string.Join(", ", Lines.Select(static line => $"writer {line.Writer} from {line.From} to {line.To}"))}; {Accounted} seen or lost";
    }

    /// <summary>Sums that were judged here, and so had a death in them or went to the end.</summary>
    public int Sums => _sums.Count;

    /// <summary>Numbers that were undecided at a death and were never published, where that is known.</summary>
    public long Unpublished => _deaths.Sum(static death => death.Unpublished ?? 0);

    public long Undecided => _deaths.Sum(static death => death.End - death.From);

    /// <summary>Deaths that left something undecided of which no sum tells what became.</summary>
    public int Unsettled => _deaths.Count(static death => death.Unpublished == null);

    public void AddDeath(int writer, long published, long attempted)
    {
        if (attempted > published)
            _deaths.Add(new Death(writer, published, attempted));
    }

    /// <summary>A writer that was not killed has published all up to here.</summary>
    public void AddEnd(int writer, long published) => _ends[writer] = published;

    public void AddReader(string name, Ledger notes)
    {
        for (long at = 0; at < notes.Delivered;)
        {
            int lines = (int)notes.Entry(at++).Sequence;
            // A reader that is killed leaves its last entry as far as it has come.
            if (at + (3 * lines) >= notes.Delivered)
                return;
            List<(int Writer, long From, long To)> read = [];
            for (int i = 0; i < lines; i++, at += 3)
                read.Add(((int)notes.Entry(at).Sequence, notes.Entry(at + 1).Sequence, notes.Entry(at + 2).Sequence));
            _sums.Add(new Sum(name, read, notes.Entry(at++).Sequence));
        }
    }

    public void Judge()
    {
        foreach (Sum sum in _sums)
            sum.Open = [.. _deaths.Where(death => sum.Lines.Any(line => death.Writer == line.Writer && line.From < death.End && death.End <= EndOf(line)))];
        List<Sum> open = [.. _sums];
        while (open.RemoveAll(TrySettle) > 0)
        {
            // What one sum settles may settle another.
        }

        // These have several unknowns each; at least there are numbers that would fit.
        foreach (Sum sum in open)
            Assert.InRange(Rest(sum), 0, sum.Open.Where(static death => death.Unpublished == null).Sum(death => Most(sum, death)));
    }

    private long EndOf((int Writer, long From, long To) line) => line.To == LossAccount.UntilTheEnd ? _ends[line.Writer] : line.To;

    /// <summary>What was neither seen nor lost and is not known to be unpublished.</summary>
    private long Rest(Sum sum) =>
        sum.Lines.Sum(line => EndOf(line) - line.From - 1) - sum.Accounted - sum.Open.Sum(static death => death.Unpublished ?? 0);

    /// <summary>Messages are published in order, so whatever is before one that was seen was published.</summary>
    private static long Most(Sum sum, Death death) =>
        death.End - Math.Max(death.From, sum.Lines.First(line => line.Writer == death.Writer).From + 1);

    /// <summary>True when nothing is unknown in the sum any more.</summary>
    private bool TrySettle(Sum sum)
    {
        long rest = Rest(sum);
        List<Death> unknown = [.. sum.Open.Where(static death => death.Unpublished == null)];
        long most = unknown.Sum(death => Most(sum, death));
        Assert.True(rest >= 0 && rest <= most, $"{sum}: {rest} are missing, and at the most {most} were never published");
        if (unknown.Count > 1 && rest > 0 && rest < most)
            return false;
        foreach (Death death in unknown)
            death.Unpublished = unknown.Count == 1 ? rest : rest == 0 ? 0 : Most(sum, death);
        return true;
    }
}
