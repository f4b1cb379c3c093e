// pages/todo/todo.js - the same page as written for Alipay

const KEY = 'todos'

Page({
  data: {
    draft: '',
    todos: [],
    error: '',
  },

  // After onLoad, and whenever the page comes back to the front
  onShow() {
    const { data } = my.getStorageSync({ key: KEY }) // null when nothing is stored
    this.setData({ todos: data || [] })
  },

  onInput(e) {
    this.setData({ draft: e.detail.value })
  },

  addTodo() {
    const text = this.data.draft.trim()
    if (!text) return
    const todo = { id: Date.now(), text, done: false }
    this.setData({ todos: [...this.data.todos, todo], draft: '' })
    this.save()
  },

  toggleTodo(e) {
    const { index } = e.currentTarget.dataset
    const { done } = this.data.todos[index]
    this.setData({ [`todos[${index}].done`]: !done })
    this.save()
  },

  removeTodo(e) {
    const { index } = e.currentTarget.dataset
    this.setData({ todos: this.data.todos.filter((_, i) => i !== index) })
    this.save()
  },

  save() {
    my.setStorage({ key: KEY, data: this.data.todos }).then(
      () => this.setData({ error: '' }),
      (err) => this.setData({ error: err.errorMessage }),
    )
  },
})
