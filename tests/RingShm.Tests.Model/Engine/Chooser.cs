namespace RingShm.Tests.Model.Engine;

internal enum ChoiceKind
{
    /// <summary>Who moves next, or dies. Option 0 continues the running thread.</summary>
    Schedule,

    /// <summary>Which store a load returns. Option 0 is the latest.</summary>
    Value,
}

/// <summary>Answers every question that a run leaves open. Only questions with more than one answer are asked.</summary>
internal abstract class Chooser
{
    /// <summary>The answers given so far: with the program, they are the schedule.</summary>
    public List<int> Choices { get; } = new(256);

    /// <summary>True when the coming answer has not been given in an earlier execution: only then may a known state end the run.</summary>
    public abstract bool IsFresh { get; }

    public abstract int Choose(int count, int runnable, ChoiceKind kind);
}

/// <summary>Depth-first search: repeats a prefix, then always takes option 0.</summary>
internal sealed class DepthFirstChooser : Chooser
{
    private readonly List<(int Chosen, int Count)> _stack = new(256);
    private int _depth;

    public override bool IsFresh => _depth >= _stack.Count;

    public override int Choose(int count, int runnable, ChoiceKind kind)
    {
        int chosen = 0;
        if (_depth < _stack.Count)
        {
            (chosen, int recorded) = _stack[_depth];
            if (recorded != count)
                throw new InvalidOperationException($"The program is not deterministic: choice {_depth} had {recorded} options, now {count}.");
        }
        else
        {
            _stack.Add((0, count));
        }

        _depth++;
        Choices.Add(chosen);
        return chosen;
    }

    /// <summary>Moves on to the next unexplored branch. False when there is none.</summary>
    public bool Backtrack()
    {
        // An execution that ended early (a known state) leaves nothing deeper; one that failed ends the search.
        while (_stack.Count > 0)
        {
            (int chosen, int count) = _stack[^1];
            if (chosen + 1 < count)
            {
                _stack[^1] = (chosen + 1, count);
                Choices.Clear();
                _depth = 0;
                return true;
            }

            _stack.RemoveAt(_stack.Count - 1);
        }

        return false;
    }
}

/// <summary>Follows a recorded schedule; after its end, option 0.</summary>
internal sealed class ReplayChooser(IReadOnlyList<int> recorded) : Chooser
{
    public override bool IsFresh => false;

    public override int Choose(int count, int runnable, ChoiceKind kind)
    {
        int chosen = Choices.Count < recorded.Count ? recorded[Choices.Count] : 0;
        if (chosen >= count)
            throw new InvalidOperationException($"The seed does not fit the program: choice {Choices.Count} has only {count} options.");
        Choices.Add(chosen);
        return chosen;
    }
}

/// <summary>A seeded random walk that mostly lets the running thread run and mostly reads the latest store.</summary>
internal sealed class RandomChooser(int seed) : Chooser
{
    private readonly Random _random = new(seed);

    public override bool IsFresh => false;

    public override int Choose(int count, int runnable, ChoiceKind kind)
    {
        int chosen = 0;
        if (kind == ChoiceKind.Value)
        {
            if (_random.Next(3) == 0)
                chosen = _random.Next(count);
        }
        else if (runnable < count && (runnable == 0 || _random.Next(40) == 0))
        {
            chosen = runnable + _random.Next(count - runnable);
        }
        else if (_random.Next(4) == 0)
        {
            chosen = _random.Next(runnable);
        }

        Choices.Add(chosen);
        return chosen;
    }
}
