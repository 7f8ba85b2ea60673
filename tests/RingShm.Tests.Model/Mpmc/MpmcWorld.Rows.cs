using RingShm.Layout;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <content>Who owns which row, and for whose things it has to answer.</content>
internal sealed unsafe partial class MpmcWorld
{
    private readonly ModelThread?[] _owners;

    /// <summary>For each row: the dead whose things its owner has to mend before the row comes free.</summary>
    private readonly List<ModelThread>[] _answersFor;
    private readonly bool[] _isAbandoned;

    /// <summary>The row that each participant has for itself; rows that it sweeps are not.</summary>
    private readonly Dictionary<ModelThread, int> _home = [];
    private readonly HashSet<ModelThread> _lost = [];

    public void Seat(ModelThread thread, int row, ParticipantRole role)
    {
        Execution.StartAttached(thread, row, Map.Row(row).Owner, Setting.Oracle.HasLocks);
        *Map.Row(row).Role = (long)role;
        _owners[row] = thread;
        Settled(thread, row);
    }

    /// <summary>A participant has come to a row of its own.</summary>
    public void Settled(ModelThread thread, int row)
    {
        if (_owners[row] != thread || _answersFor[row].Count > 0)
            throw new ViolationException($"{thread.Name} entered row {row}, which is not its own or not mended.");
        _home[thread] = row;
    }

    private void ChangeOwner(ModelThread me, in StoreNote note)
    {
        int row = RowAt(note);
        if (_owners[row] is { } owner)
        {
            if (!_isAbandoned[row] && !IsDead(owner))
                throw new ViolationException($"{me.Name} took row {row} while {owner.Name}, who is alive, owns it.");
            // Who was only sweeping the row holds nothing through it.
            if (IsHome(owner, row))
                _answersFor[row].Add(owner);
        }

        _isAbandoned[row] = false;
        _owners[row] = me;
    }

    /// <summary>A row comes free, or is left to the dead, only by its owner; and free only when nothing is left to mend.</summary>
    private void LeaveRow(ModelThread me, in StoreNote note)
    {
        int row = RowAt(note);
        if (_owners[row] != me)
            throw new ViolationException($"{me.Name} leaves row {row}, which {_owners[row]?.Name ?? "nobody"} owns.");
        bool isHome = IsHome(me, row);
        if (note.Value == RowLayout.AbandonedOwner)
        {
            _isAbandoned[row] = true;
            if (isHome)
                _lost.Add(me);
            return;
        }

        foreach (ModelThread dead in _answersFor[row])
            ExpectNothingHeld(dead, $"{me.Name} frees row {row}");
        if (isHome)
            ExpectNothingHeld(me, $"{me.Name} leaves row {row}");
        _answersFor[row].Clear();
        _owners[row] = null;
    }

    private bool IsHome(ModelThread thread, int row) => _home.TryGetValue(thread, out int home) && home == row;

    private int RowAt(in StoreNote note) => _rowOfOwnerWord[note.Address];

    private int RowOf(ModelThread thread) => _home[thread];
}
