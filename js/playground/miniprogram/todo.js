// pages/todo/todo.js - a page as written for WeChat

const KEY = 'todos'

Page({
  data: {
    draft: '',
    todos: [],
    error: '',
  },

  // After onLoad, and whenever the page comes back to the front
  onShow() {
    const saved = wx.getStorageSync(KEY) // '' when nothing is stored
    this.setData({ todos: saved || [] })
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
    wx.setStorage({
      key: KEY,
      data: this.data.todos,
      success: () => this.setData({ error: '' }),
      fail: (err) => this.setData({ error: err.errMsg }),
    })
  },
})
