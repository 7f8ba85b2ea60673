namespace RingShm.TestPeer;

/// <summary>
/// A lossy reader's books. What it was told it lost is one number for all writers, so it adds up over those: from a stretch without a loss in
/// which it saw every writer to the next such stretch, the numbers that each writer went on by are exactly those that were seen or lost. Where a
/// writer was killed meanwhile and a successor went on with its numbers, some may never have been published; such sums are logged for the
/// parent, who knows which. All other ones must come out here.
/// </summary>
internal sealed class LossAccount(int writers, Ledger notes)
{
    /// <summary>Stands for the end of a writer's numbers, which the parent knows.</summary>
    public const long UntilTheEnd = -1;

    private readonly Line[] _lines = [.. Enumerable.Range(0, writers).Select(static _ => new Line())];
    private bool _hasBase;

    /// <summary>Writers that were seen since the last loss.</summary>
    private int _seen;

    /// <summary>Messages since the last loss.</summary>
    private long _stretch;

    /// <summary>Messages seen, and lost, since the last stretch that saw everybody.</summary>
    private long _between;

    private sealed class Line
    {
        /// <summary>The last message of the last stretch that saw everybody.</summary>
        public (long Number, int Life) Base;
        public (long Number, int Life)? First;
        public (long Number, int Life) Last = (-1, 0);
    }

    private bool SeesEverybody => _seen == writers;

    /// <summary>Takes in a message of the writer of this number (from 1 on) in its so manieth life.</summary>
    public void Saw(int writer, int life, long number, long lostBefore)
    {
        // The sum of what was lost, in a word that readers have no other use for.
        notes.Published += lostBefore;
        if (lostBefore > 0)
            BeginStretch(lostBefore);
        Line line = _lines[writer - 1];
        if (number <= line.Last.Number)
            throw new MismatchException($"message {writer}:{number} after {line.Last.Number}");
        _stretch++;
        if (line.First != null)
        {
            long missing = number - line.Last.Number - 1;
            if (life != line.Last.Life)
                Log([(writer, line.Last.Number, number)], accounted: 0);
            else if (missing != 0)
                throw new MismatchException($"message {writer}:{number} after {line.Last.Number}, and nothing was lost between");
        }

        line.Last = (number, life);
        if (line.First != null)
            return;
        line.First = line.Last;
        if (++_seen == writers && _hasBase)
            Balance();
    }

    /// <summary>The ring is drained, and so many were lost behind the last message.</summary>
    public void End(long lost)
    {
        notes.Published += lost;
        bool isWhole = SeesEverybody;
        if (!isWhole && !_hasBase)
            return;
        Log(
            [.. _lines.Select((line, i) => (i + 1, isWhole ? line.Last.Number : line.Base.Number, UntilTheEnd))],
            lost + (isWhole ? 0 : _between + _stretch));
    }

    private void BeginStretch(long lost)
    {
        if (SeesEverybody)
        {
            _hasBase = true;
            _between = 0;
            foreach (Line line in _lines)
                line.Base = line.Last;
        }
        else
        {
            _between += _stretch;
        }

        _between += lost;
        _stretch = 0;
        _seen = 0;
        foreach (Line line in _lines)
            line.First = null;
    }

    private void Balance()
    {
        if (_lines.Any(static line => line.First!.Value.Life != line.Base.Life))
        {
            Log([.. _lines.Select(static (line, i) => (i + 1, line.Base.Number, line.First!.Value.Number))], _between);
            return;
        }

        long numbers = _lines.Sum(static line => line.First!.Value.Number - line.Base.Number - 1);
        if (numbers != _between)
            throw new MismatchException($"{numbers} messages lie between two stretches without a loss, and {_between} of them were seen or lost");
        // So many came out, in another word that readers have no use for.
        notes.Attempted++;
    }

    private void Log((int Writer, long From, long To)[] lines, long accounted)
    {
        notes.Log(lines.Length, redelivered: false);
        foreach ((int writer, long from, long to) in lines)
        {
            notes.Log(writer, redelivered: false);
            notes.Log(from, redelivered: false);
            notes.Log(to, redelivered: false);
        }

        notes.Log(accounted, redelivered: false);
    }
}
