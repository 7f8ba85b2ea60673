using System.Diagnostics;
using System.Globalization;
using RingShm.TestPeer;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// Four writers and four readers of one cell; every 50 ms one of them is killed or stopped, at any instruction, and a killed one has a successor at once: a
/// few seconds by default, RINGSHM_SOAK_SECONDS=300 for five minutes. No reader ever sees a torn value or a version go back, nobody stands
/// still while others are stopped, and in the end every version is accounted for.
/// </summary>
public sealed class StateKillTests
{
    private const int PerSide = 4;

    private static readonly TimeSpan s_strikeEvery = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(64)]
    [InlineData(9000)]
    public void Killed_and_stopped_at_random_nobody_sees_a_torn_value_and_every_version_is_accounted_for(int maxValueBytes)
    {
        TimeSpan duration = Soak.Duration ?? TimeSpan.FromSeconds(3);
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using Scene scene = new();
        using StateCell cell = scene.CreateStateCell(new RingOptions { MaxMessageBytes = maxValueBytes, MaxParticipants = (2 * PerSide) + 4 });
        List<Part> parts = [];
        for (int i = 0; i < 2 * PerSide; i++)
            parts.Add(new Part(scene, i));
        int kills = 0;
        int stops = 0;
        long start = Stopwatch.GetTimestamp();
        // A machine so busy that the time is over before the first of either kind shows something all the same.
        for (int tick = 1; Stopwatch.GetElapsedTime(start) < duration || kills == 0 || stops == 0; tick++)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < duration + Watchdog.Limit,
                $"Hung: {kills} kills and {stops} stops in {Stopwatch.GetElapsedTime(start)}.");
            TimeSpan left = (tick * s_strikeEvery) - Stopwatch.GetElapsedTime(start);
            if (left > TimeSpan.Zero)
                Thread.Sleep(left);
            Part victim = parts[random.Next(parts.Count)];
            if (random.Next(3) == 0)
            {
                stops += StopFor(victim, parts, cell) ? 1 : 0;
            }
            else
            {
                kills++;
                victim.Replace(random.Next(2) == 0);
            }
        }

        long undecided = 0;
        long published = 0;
        foreach (Part part in parts)
        {
            part.Finish();
            published += part.Published;
            undecided += part.Undecided;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {kills} kills, {stops} stops; {published} values written, {undecided} undecided at a death, version {cell.Version}; "
            + $"{parts.Where(part => !part.IsWriter).Sum(part => part.Steps)} reads");
        Assert.InRange(cell.Version, published, published + undecided);
        Assert.True(kills > 0 && stops > 0 && published > 0, "Nothing was shown.");
        Assert.Equal(0, cell.Recover().RowsWaiting);
        scene.ExpectClean();
        Assert.Empty(cell.GetInfo().Participants);
    }

    /// <summary>Stops one, and waits until some other writer and some other reader have got on meanwhile. False when it has not begun yet.</summary>
    private static bool StopFor(Part victim, List<Part> parts, StateCell cell)
    {
        if (!victim.TrySuspend())
            return false;
        long version = cell.Version;
        List<(Part Part, long Steps)> readers = [.. parts.Where(part => part != victim && !part.IsWriter).Select(static part => (part, part.Steps))];
        Watchdog.Until(() => cell.Version > version + 10, "a writer getting on while another participant is stopped");
        Watchdog.Until(
            () => readers.Any(static reader => reader.Part.Steps > reader.Steps + 10), "a reader getting on while another participant is stopped");
        victim.Resume();
        return true;
    }

    /// <summary>A writer or a reader, and its successors.</summary>
    private sealed class Part
    {
        private readonly Scene _scene;
        private readonly int _number;
        private int _generation;
        private long _publishedBefore;
        private long _stepsBefore;
        private Ledger _notes;
        private Peer _peer;

        public Part(Scene scene, int number)
        {
            _scene = scene;
            _number = number;
            (_peer, _notes) = Start();
        }

        public bool IsWriter => _number < PerSide;

        public long Published => _publishedBefore + _notes.Published;

        /// <summary>Values that were begun when their writer was killed, and of which nobody knows.</summary>
        public long Undecided { get; private set; }

        public long Steps => _stepsBefore + _notes.Progress;

        /// <summary>Kills it, and starts a successor, which has to take a dead one's row when it is short of free ones.</summary>
        public void Replace(bool waitsForTheKernel)
        {
            if (waitsForTheKernel)
                _peer.Kill();
            else
                _peer.Strike();
            _ = _peer.WaitForExit();
            Assert.False(_peer.HasSaid("bad"), _peer.Description);
            Close();
            (_peer, _notes) = Start();
        }

        public bool TrySuspend()
        {
            if (!_peer.HasSaidSoFar("attached"))
                return false;
            ProcessControl.Suspend(_peer.Id);
            return true;
        }

        public void Resume() => ProcessControl.Resume(_peer.Id);

        public void Finish()
        {
            _notes.IsStopped = true;
            _peer.ExpectSuccess();
            Close();
            _notes = Ledger.Create(_scene.PathBeside(Invariant($"end-{_number}")), 1);
        }

        private void Close()
        {
            Undecided += _notes.Attempted - _notes.Published;
            _publishedBefore += _notes.Published;
            _stepsBefore += _notes.Progress;
            _notes.Dispose();
        }

        private (Peer Peer, Ledger Notes) Start()
        {
            _generation++;
            string path = _scene.PathBeside(Invariant($"{_number}-{_generation}"));
            Ledger notes = Ledger.Create(path, 1);
            // Half of the writers update, half of the readers wait, each in their way.
            Peer peer = IsWriter
                ? _scene.Start("state-write", $"log={path}", Invariant($"id={(_number * 100_000) + _generation}"), Invariant($"update={_number % 2}"))
                : _scene.Start("state-read", $"log={path}", Invariant($"wait={_number % 3}"));
            return (peer, notes);
        }

        private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
